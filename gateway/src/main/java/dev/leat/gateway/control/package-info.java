/**
 * The control plane: the API under {@code /v1}, mounted from its OpenAPI document. {@link
 * dev.leat.gateway.control.ControlPlane} takes a request through authentication, authorisation and
 * its bounds; the classes named after resources do what an operation says.
 */
@NullMarked
package dev.leat.gateway.control;

import org.jspecify.annotations.NullMarked;
