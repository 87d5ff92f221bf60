/**
 * What the control plane is sent: one record for each body that the OpenAPI document describes.
 * They are made of bodies that the document's schema has let through.
 */
@NullMarked
package dev.leat.gateway.control.request;

import org.jspecify.annotations.NullMarked;
