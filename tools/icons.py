#!/usr/bin/env python3
"""icons.py FOLDER: draws web/icons.svg, the sprite of all icons, from a folder of lucide-static 1.23.0 (`npm install
--no-save lucide-static@1.23.0`, then node_modules/lucide-static). The sprite is kept in the tree, so that building
needs no npm; run this after adding a line to ICONS. Licence: web/ICONS.md."""

import os
import re
import sys

# Our name (what it means here) = Lucide's name (what it shows).
ICONS = """
home=house                  operations=list             list=list               transfer=arrow-left-right
send=send                   topup=plus                  plus=plus               minus=minus
in=arrow-down-left          out=arrow-up-right          return=undo-2           wallet=wallet
card=credit-card            bank=landmark               phone=smartphone        desktop=monitor
user=user                   users=users                 settings=settings       security=shield-check
lock=lock                   key=key-round               help=circle-question-mark  support=message-circle
sign-out=log-out            sign-in=log-in              language=languages      download=download
file=file-text              receipt=receipt-text        search=search           filter=sliders-horizontal
calendar=calendar-days      clock=clock                 check=check             done=circle-check
warning=triangle-alert      error=circle-alert          info=info               copy=copy
show=eye                    hide=eye-off                back=arrow-left         next=chevron-right
down=chevron-down           close=x                     refresh=rotate-cw       inbox=inbox
gift=gift                   trash=trash-2               edit=pencil             bell=bell
snow=snowflake              target=target               tag=tag                 mail=mail
link=link                   external=external-link      more=ellipsis           chart=chart-pie
star=star                   repeat=repeat               pin=map-pin             upload=upload
wifi=wifi                   game=gamepad-2              percent=percent         school=graduation-cap
"""

# Our own: two drawers of a cabinet. The same drawing is in favicon.svg.
MARK = ('<path fill-rule="evenodd" d="M9 1h14a8 8 0 0 1 8 8v14a8 8 0 0 1-8 8H9a8 8 0 0 1-8-8V9a8 8 0 0 1 8-8z'
        'm1 6a3 3 0 0 0-3 3v3a2 2 0 0 0 2 2h14a2 2 0 0 0 2-2v-3a3 3 0 0 0-3-3z'
        'm-1 10a2 2 0 0 0-2 2v3a3 3 0 0 0 3 3h12a3 3 0 0 0 3-3v-3a2 2 0 0 0-2-2z"/>'
        '<rect x="12" y="9.5" width="8" height="2.5" rx="1.25"/>'
        '<rect x="12" y="19.5" width="8" height="2.5" rx="1.25"/>')


def main():
    folder, shapes = sys.argv[1], []
    for pair in ICONS.split():
        ours, theirs = pair.split("=")
        with open(os.path.join(folder, "icons", theirs + ".svg"), encoding="utf-8") as file:
            body = re.search(r"<svg[^>]*>(.*)</svg>", file.read(), re.S).group(1)
        body = re.sub(r"\s+", " ", body).replace(" />", "/>").replace("> <", "><").strip()
        shapes.append('<symbol id="%s" viewBox="0 0 24 24">%s</symbol>\n' % (ours, body))
    shapes.append('<symbol id="mark" viewBox="0 0 32 32">%s</symbol>\n' % MARK)
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with open(os.path.join(root, "web", "icons.svg"), "w", encoding="utf-8") as file:
        file.write('<svg xmlns="http://www.w3.org/2000/svg">\n%s</svg>\n' % "".join(shapes))


if __name__ == "__main__":
    main()
