"""What an author sees: analysis, rules, editor features, the language server and the command line."""
