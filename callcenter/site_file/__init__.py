"""The site file and the site in the database: read, checked in words, stored, compared."""
