package dev.leat.engine;

import dev.leat.contract.ModuleDigest;

/**
 * What is stored of a module is not what was stored: damage or an attack. Nothing of it runs until
 * the module is published again, which stores both parts anew.
 */
public final class ModuleTampered extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ModuleDigest module;
  private final Part part;

  public ModuleTampered(ModuleDigest module, Part part) {
    super(
        "the stored %s of module %s were changed. Publish the module again from a good copy"
            .formatted(part.word, module));
    this.module = module;
    this.part = part;
  }

  public ModuleDigest module() {
    return module;
  }

  public Part part() {
    return part;
  }

  /** What of it was changed, and for callers what to do, without a full stop. */
  public String reason() {
    return String.valueOf(getMessage());
  }

  /** What is stored of a module. */
  public enum Part {
    /** As it was published, under its digest. */
    BYTES("bytes", "module-digest"),

    /** What was compiled of it, under a MAC. */
    CLASSES("classes", "class-mac");

    private final String word;
    private final String check;

    Part(String word, String check) {
      this.word = word;
      this.check = check;
    }

    public String word() {
      return word;
    }

    /** What found it out, by which such alerts are counted. */
    public String check() {
      return check;
    }
  }
}
