/**
 * Invocations on their way between nodes: HTTP/2 with mutual TLS. {@link
 * dev.leat.scheduler.http.Peers} has the workers of other nodes, each behind {@link
 * dev.leat.scheduler.WorkerNode}; {@link dev.leat.scheduler.http.PeerServer} takes what comes from
 * them to this node's own. Which worker is chosen is not known here.
 */
@NullMarked
package dev.leat.scheduler.http;

import org.jspecify.annotations.NullMarked;
