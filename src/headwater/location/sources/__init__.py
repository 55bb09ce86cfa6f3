"""Where locations come from: one file or module, or the workspace file that names several."""
