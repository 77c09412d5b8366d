"""Elements, indicators, their terms and targets (`include/seeds/`): a bad row disables only itself."""
