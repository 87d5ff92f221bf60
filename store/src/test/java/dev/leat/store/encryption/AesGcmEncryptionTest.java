package dev.leat.store.encryption;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The laws of {@link Encryption}, and what keeps the platform's own keys by it. */
class AesGcmEncryptionTest {
  private static final Place PLACE = Place.of("secret", "acme", "stripe-key", "1");
  private static final byte[] PLAIN = "sk_live_4eC39HqLyjWDarjtT1zdp7dc".getBytes(UTF_8);

  private final String one = key(1);
  private final String two = key(2);
  private final Encryption ofOne = of(one);

  @Test
  void decrypt_whatWasEncrypted_isThePlainBytes() { // law 1
    byte[] kept = ofOne.encrypt(PLAIN, PLACE);

    assertThat(ofOne.decrypt(kept, PLACE)).isEqualTo(PLAIN);
    assertThat(of(two + "\n" + one).decrypt(kept, PLACE)).isEqualTo(PLAIN);
    assertThat(ofOne.decrypt(ofOne.encrypt(new byte[0], PLACE), PLACE)).isEmpty();
    byte[] large = new byte[64 << 10];
    assertThat(ofOne.decrypt(ofOne.encrypt(large, PLACE), PLACE)).isEqualTo(large);
  }

  @Test
  void decrypt_alteredInAnyBit_isRefused() { // law 2
    byte[] kept = ofOne.encrypt(PLAIN, PLACE);

    for (int bit = 0; bit < kept.length * 8; bit++) {
      byte[] altered = kept.clone();
      altered[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThatThrownBy(() -> ofOne.decrypt(altered, PLACE)).isInstanceOf(Undecryptable.class);
    }
  }

  @Test
  void decrypt_cutOrLengthened_isRefused() { // law 2
    byte[] kept = ofOne.encrypt(PLAIN, PLACE);

    for (int length = 0; length <= kept.length + 1; length++) {
      byte[] cut = Arrays.copyOf(kept, length);
      if (length != kept.length) {
        assertThatThrownBy(() -> ofOne.decrypt(cut, PLACE)).isInstanceOf(Undecryptable.class);
      }
    }
  }

  @Test
  void decrypt_atAnotherPlace_isRefused() { // law 2
    byte[] kept = ofOne.encrypt(PLAIN, PLACE);

    for (Place other :
        Set.of(
            Place.of("secret", "other", "stripe-key", "1"),
            Place.of("secret", "acme", "stripe", "1"),
            Place.of("secret", "acme", "stripe-key", "2"),
            Place.of("secret", "acmes", "tripe-key", "1"), // the same letters
            Place.of("secret", "acme", "stripe-key1"),
            Place.of("key", "acme", "stripe-key", "1"))) {
      assertThatThrownBy(() -> ofOne.decrypt(kept, other)).isInstanceOf(Undecryptable.class);
    }
  }

  @Test
  void decrypt_underAKeyThatIsNotThere_namesTheKey() { // laws 2 and 4
    byte[] kept = ofOne.encrypt(PLAIN, PLACE);

    assertThat(Ciphertext.key(kept)).isEqualTo(ofOne.key());
    assertThat(of(two).has(ofOne.key())).isFalse();
    assertThatThrownBy(() -> of(two).decrypt(kept, PLACE))
        .isInstanceOf(Undecryptable.class)
        .hasMessageContaining("under the key " + ofOne.key())
        .hasMessageContaining("secret acme/stripe-key/1");
  }

  @Test
  void encrypt_twice_differsEachTime() { // law 3
    Set<String> nonces = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      byte[] kept = ofOne.encrypt(PLAIN, PLACE);
      assertThat(kept).hasSize(PLAIN.length + Ciphertext.MORE_BYTES);
      nonces.add(Base64.getEncoder().encodeToString(Ciphertext.nonce(kept)));
    }
    assertThat(nonces).hasSize(1_000);
  }

  @Test
  void texts_ofKeysAndFailures_haveNoKey() { // law 5
    String keys = "%s %s".formatted(EncryptionKeys.parse(one), ofOne);

    assertThat(keys).contains(ofOne.key()).doesNotContain(one);
    for (String none :
        new String[] {one.substring(1), one + "AA", "a" + one.substring(1) + "!", two + ",x"}) {
      assertThatThrownBy(() -> EncryptionKeys.parse(none))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("32 bytes in base64")
          .hasNoCause()
          .message()
          .doesNotContain(one.substring(2, 20));
    }
  }

  @Test
  void parse_linesCommasAndRemarks_areKeysInTheirOrder() {
    EncryptionKeys keys =
        EncryptionKeys.parse("# new\n" + two + "\n\n# old\r\n" + one + ", " + two);

    assertThat(keys.first().id()).isEqualTo(of(two).key());
    assertThat(keys.all()).hasSize(2);
    assertThat(EncryptionKeys.parse(EncryptionKeys.made()).all()).hasSize(1);
    assertThat(EncryptionKeys.parse(one).and(keys).first().id()).isEqualTo(ofOne.key());
    assertThatThrownBy(() -> EncryptionKeys.parse(" \n# none\n")).hasMessageContaining("held 0");
  }

  @Test
  void wrap_withAKey_isReadByThatKeyAlone() {
    WrappedKeys wrapped = new WrappedKeys(Optional.of(ofOne));
    String kept = wrapped.wrap("c2lnbmluZw", PLACE);

    assertThat(kept).doesNotContain("c2lnbmluZw");
    assertThat(wrapped.unwrap(kept, PLACE)).isEqualTo("c2lnbmluZw");
    assertThat(wrapped.isOutdated(kept)).isFalse();
    assertThatThrownBy(() -> WrappedKeys.NONE.unwrap(kept, PLACE))
        .hasMessageContaining("encryption.key-file");
    assertThatThrownBy(() -> wrapped.unwrap(kept, Place.of("key", "other")))
        .isInstanceOf(Undecryptable.class);
    assertThatThrownBy(() -> wrapped.unwrap("enc:%%", PLACE)).isInstanceOf(Undecryptable.class);
  }

  @Test
  void isOutdated_inClearOrUnderAnOlderKey_isWrappedAnew() {
    WrappedKeys newer = new WrappedKeys(Optional.of(of(two + " " + one)));
    String old = new WrappedKeys(Optional.of(ofOne)).wrap("c2lnbmluZw", PLACE);

    assertThat(newer.isOutdated("c2lnbmluZw")).isTrue();
    assertThat(newer.isOutdated(old)).isTrue();
    assertThat(newer.unwrap(old, PLACE)).isEqualTo("c2lnbmluZw");
    assertThat(newer.unwrap("c2lnbmluZw", PLACE)).isEqualTo("c2lnbmluZw");
    assertThat(WrappedKeys.NONE.isOutdated("c2lnbmluZw")).isFalse();
    assertThat(WrappedKeys.NONE.isOutdated(old)).isFalse();
  }

  private static Encryption of(String keys) {
    return new AesGcmEncryption(EncryptionKeys.parse(keys));
  }

  private static String key(int number) {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) (number * 37));
    return Base64.getEncoder().encodeToString(key);
  }
}
