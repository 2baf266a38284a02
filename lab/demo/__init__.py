"""``hotline demo``: real calls over the sample site, each told from what the database and the files hold of it."""
