"""The page at `/stage`: the avatar alone on nothing, for OBS and other mixers."""

STAGE_PAGE = """<!doctype html>
<html lang="en" data-theme="dark">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Avatar Bridge: stage</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/static/ab/widgets.css">
    <link rel="stylesheet" href="/static/ab/page.css">
    <script type="module" src="/static/ab/boot.js"></script>
  </head>
  <body class="ab-alone" data-pictures="0">
    <div id="ab-stage"></div>
  </body>
</html>
"""
