"""FastAGI: Asterisk asks what to do with a call, a script answers in plain blocking style."""
