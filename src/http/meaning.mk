# dates, tags, conditions, ranges, codings, media types
