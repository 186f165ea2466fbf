"""Paint the pictures of the story: python data/demo/make_pictures.py [NAME …]

Our own drawings, made by this script and nothing else; see paintbox.py for the brushes.
"""

import sys
from pathlib import Path

import scenes_baking
import scenes_creche
import scenes_outside
import scenes_rooms
import scenes_tables

SCENES = (
    scenes_outside.SCENES | scenes_rooms.SCENES | scenes_creche.SCENES | scenes_tables.SCENES | scenes_baking.SCENES
)


def main() -> None:
    folder = Path(__file__).parent / "pictures"
    folder.mkdir(exist_ok=True)
    for name in sys.argv[1:] or SCENES:
        weight = SCENES[name]().save(folder / f"{name}.jpg")
        print(f"{name}.jpg  {weight / 1000:.0f} kB")


if __name__ == "__main__":
    main()
