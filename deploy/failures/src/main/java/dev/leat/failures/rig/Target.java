package dev.leat.failures.rig;

import java.net.InetSocketAddress;

/** A gateway that requests can be sent to. */
public record Target(String name, InetSocketAddress address) {}
