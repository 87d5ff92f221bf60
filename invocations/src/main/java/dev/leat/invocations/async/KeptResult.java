package dev.leat.invocations.async;

import dev.leat.contract.Headers;

/** A function's answer, kept for whoever asks for it. */
public record KeptResult(int status, Headers headers, byte[] body) {}
