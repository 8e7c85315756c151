"""The command line: words in, columns or JSON out, and an exit status that scripts can trust."""
