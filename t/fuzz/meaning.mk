# fuzz targets: meaning
