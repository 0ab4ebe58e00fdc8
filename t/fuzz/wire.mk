# fuzz targets: wire
