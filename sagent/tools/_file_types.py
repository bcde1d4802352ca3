"""Languages and the names of their files, for the search without ripgrep; its names for them."""

from sagent.tools._refusal import Refusal

FILE_TYPES = {
    "c": ("*.c", "*.h"),
    "cpp": ("*.cc", "*.cpp", "*.cxx", "*.h", "*.hh", "*.hpp", "*.hxx", "*.inl"),
    "cs": ("*.cs",),
    "css": ("*.css", "*.scss"),
    "go": ("*.go",),
    "html": ("*.htm", "*.html"),
    "java": ("*.java", "*.jsp"),
    "js": ("*.cjs", "*.js", "*.jsx", "*.mjs", "*.vue"),
    "json": ("*.json",),
    "kotlin": ("*.kt", "*.kts"),
    "lua": ("*.lua",),
    "make": ("Makefile", "makefile", "*.mak", "*.mk"),
    "markdown": ("*.markdown", "*.md", "*.mdown", "*.mdx"),
    "md": ("*.markdown", "*.md", "*.mdown", "*.mdx"),
    "perl": ("*.pl", "*.pm"),
    "php": ("*.php",),
    "py": ("*.py", "*.pyi"),
    "python": ("*.py", "*.pyi"),
    "r": ("*.r", "*.R", "*.Rmd"),
    "rst": ("*.rst",),
    "ruby": ("*.rb", "Gemfile", "Rakefile"),
    "rust": ("*.rs",),
    "scala": ("*.scala",),
    "sh": ("*.bash", "*.sh", "*.zsh"),
    "sql": ("*.sql",),
    "swift": ("*.swift",),
    "toml": ("*.toml",),
    "ts": ("*.cts", "*.mts", "*.ts", "*.tsx"),
    "txt": ("*.txt",),
    "xml": ("*.xml", "*.xsd", "*.xsl"),
    "yaml": ("*.yaml", "*.yml"),
}


def globs_of_type(name: str) -> tuple[str, ...]:
    """Give the names of files of the type *name*.

    Raises:
        Refusal: there is no such type; the known ones are told.
    """
    if name not in FILE_TYPES:
        raise Refusal(f"unknown type {name!r}: use glob, or one of {', '.join(FILE_TYPES)}")
    return FILE_TYPES[name]
