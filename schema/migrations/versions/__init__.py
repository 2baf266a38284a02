"""One module a revision, named NNNN_what_it_does.py. A revision that was released is never edited."""
