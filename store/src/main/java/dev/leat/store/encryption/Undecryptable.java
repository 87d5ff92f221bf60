package dev.leat.store.encryption;

/** Something that is kept encrypted cannot be read. Says where and why, and nothing of it. */
public final class Undecryptable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Undecryptable(Place place, String why) {
    super("The " + place + " cannot be decrypted: " + why);
  }

  /** What is kept at this place is encrypted, and this node has no key at all. */
  public static Undecryptable withoutKey(Place place) {
    return new Undecryptable(
        place,
        "this node has no key. Give it the same encryption.key-file or encryption.key-variable as"
            + " the other nodes have");
  }
}
