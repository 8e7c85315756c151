"""What would be right where libyaml says that a text is no YAML."""

RIGHT = {
    "mapping values are not allowed in this context":
        'a ":" stands where none can; indent the line as those beside it, or put the text in quotes',
    "did not find expected key": "indent the line as those beside it, and put a text with a mark of YAML in it in quotes",
    "could not find expected ':'": 'write "key: value", with a blank behind the colon, or "- value" in a list',
    "did not find expected '-' indicator": 'begin each entry of a list with "- "',
    "did not find expected ',' or ']'": 'put "," between the entries of a list, and "]" behind the last',
    "did not find expected ',' or '}'": 'put "," between the fields of a mapping, and "}" behind the last',
    "did not find expected node content": "leave out the bracket that opens nothing here",
    "did not find expected <document start>": 'end the document before, or begin a new one with "---"',
    "found unexpected end of stream": "put a quote at the end of the text",
    "found character that cannot start any token": "put the text in quotes",
    "found unknown escape character": 'write two backslashes for one, or put the text in single quotes',
    "block sequence entries are not allowed in this context": 'begin the list on a line of its own, below its key',
}
"""By libyaml's words for what is wrong: what would be right."""
