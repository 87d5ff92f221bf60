/**
 * Walk two: the control plane, all paths but those below {@code /f/}. {@link
 * dev.leat.gateway.control.ControlPlane} is the list of its steps; its paths are those of the
 * OpenAPI document, and the classes named after resources do what an operation says.
 */
@NullMarked
package dev.leat.gateway.control;

import org.jspecify.annotations.NullMarked;
