package dev.leat.gateway.control;

/**
 * An operation as the document declares it, and what does it.
 *
 * @param operation what runs
 */
record MountedOperation(OpenApiDocument.Declared declared, Operation operation) {}
