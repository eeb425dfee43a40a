"""The `storage` group: files of internal storage written, joined, cut, sifted and removed."""
