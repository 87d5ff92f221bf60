package dev.leat.registry.module;

import dev.leat.contract.ModuleDigest;

/** A module's stored bytes are not those that were published: damage or an attack. */
public final class BlobAltered extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BlobAltered(ModuleDigest expected, ModuleDigest found) {
    super(
        "The stored bytes of module "
            + expected
            + " have the digest "
            + found
            + ": they were altered. Publish the module again from a good copy.");
  }
}
