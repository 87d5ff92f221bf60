/**
 * What the control plane answers: one record for each schema of the OpenAPI document, its
 * components named as the members are. A component that is null is left out.
 */
@NullMarked
package dev.leat.gateway.control.reply;

import org.jspecify.annotations.NullMarked;
