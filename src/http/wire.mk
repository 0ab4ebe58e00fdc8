# request heads, framing, targets
