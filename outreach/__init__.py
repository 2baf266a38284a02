"""What leaves the house without a call: mails and text messages."""
