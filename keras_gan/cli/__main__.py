"""`python -m keras_gan.cli`, where the command is not on the path."""

import sys

from keras_gan.cli import main

if __name__ == "__main__":
    sys.exit(main())
