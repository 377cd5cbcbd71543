"""A teacher's labels, made anew with MediaPipe's public package and model file. No torch."""
