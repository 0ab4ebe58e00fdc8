# fuzz targets: prepare
