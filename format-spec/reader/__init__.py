"""A reader of strongroom repositories, written from the pages in `format-spec/` alone."""
