"""What is built around the chapters on the website; the equations and counts that all three forms show.

What mends others' work, and should be offered to them; it can go when they have it:

- sphinx-book-theme, pydata-sphinx-theme: roles and names that do not fit their elements (`frame.MEND`, `templates`);
  the button that prints is called .pdf, and a table that scrolls has no name (`frame.mend`); figures in dimmed boxes on
  dark pages (`darkfigures`, `book.css`); a book of one page has no contents, and its 404 page fails
  (`frame.lead_back`);
- Sphinx: a second `viewport` (`frame.VIEWPORT`); marks of contents that miss in the first build, or are of files that
  change later (`stamps`);
- sphinx-exercise: one id for the bodies of all exercises (`access`);
- sphinxext-opengraph: TeX in descriptions (`frame.description`).
"""
