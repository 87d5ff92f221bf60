/**
 * What both planes need of HTTP: reading a body within bounds, request ids, and problem documents.
 */
@NullMarked
package dev.leat.gateway.http;

import org.jspecify.annotations.NullMarked;
