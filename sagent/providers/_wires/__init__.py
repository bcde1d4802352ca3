"""Wire formats: pure encoders of requests and pure decoders of events, without a socket."""
