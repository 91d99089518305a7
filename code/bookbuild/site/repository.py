"""Buttons that lead to the repository, as soon as _config.yml names one."""


def show_buttons(app, config):
    options = config.html_theme_options
    if options.get("repository_url"):
        for name in ("use_repository_button", "use_issues_button", "use_edit_page_button"):
            options[name] = True  # Jupyter Book has set False


def setup(app):
    app.connect("config-inited", show_buttons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
