package dev.leat.cli;

import java.net.URI;
import java.util.Optional;

/**
 * Where a login leads.
 *
 * @param server the control plane, without a path
 * @param token who calls
 * @param tenant whom commands are about, if they do not say
 */
record Profile(URI server, BearerToken token, Optional<String> tenant) {}
