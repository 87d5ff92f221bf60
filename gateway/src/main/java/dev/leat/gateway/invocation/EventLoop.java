package dev.leat.gateway.invocation;

import dev.leat.gateway.http.Connections;
import dev.leat.gateway.pipeline.Requests;

/**
 * What belongs to one event loop.
 *
 * @param handover its way to the functions and back
 * @param connections its clients'
 * @param requests those of all loops
 */
record EventLoop(Handover handover, Connections connections, Requests requests) {}
