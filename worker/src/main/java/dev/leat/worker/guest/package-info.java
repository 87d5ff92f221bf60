/**
 * The guest contracts: how a request becomes a call of a module's exports, and the result a
 * response. One class a contract; each turns whatever the guest does into an outcome.
 */
@NullMarked
package dev.leat.worker.guest;

import org.jspecify.annotations.NullMarked;
