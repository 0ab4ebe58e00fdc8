# fuzz targets: conf
