package dev.leat.gateway.invocation;

import dev.leat.gateway.http.Connections;

/**
 * What belongs to one event loop.
 *
 * @param handover its way to the functions and back
 * @param connections its clients'
 */
record EventLoop(Handover handover, Connections connections) {}
