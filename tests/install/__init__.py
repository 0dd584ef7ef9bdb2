"""Tests of the installer: by fake homes, fake GIMPs and fake packages; nothing big is installed."""
