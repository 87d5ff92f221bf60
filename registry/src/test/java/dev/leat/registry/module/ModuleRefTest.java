package dev.leat.registry.module;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModuleRefTest {
  private static final ModuleDigest DIGEST = ModuleDigest.of(new byte[0]);

  @Test
  void parse_digestAndName_areThose() {
    assertThat(ModuleRef.parse(DIGEST.toString()))
        .isEqualTo(Optional.of(new ModuleRef.ByDigest(DIGEST)));
    assertThat(ModuleRef.parse("acme/mask@1.2.0+b"))
        .isEqualTo(Optional.of(new ModuleRef.ByName(new TenantId("acme"), "mask", "1.2.0+b")));
    assertThat(ModuleRef.parse("mask:latest")).isEqualTo(Optional.of(new ModuleRef.Latest("mask")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mask.wasm",
        ":latest",
        "Mask:latest",
        "acme/mask:latest",
        "build/mask@2.wasm",
        "acme/mask",
        "acme@mask/1",
        "acme/mask@",
        "Acme/mask@1",
        "acme/mask@1/x",
        "../acme/mask@1"
      })
  void parse_anythingElse_isAFile(String text) {
    assertThat(ModuleRef.parse(text)).isEqualTo(Optional.of(new ModuleRef.ByFile(text)));
  }

  @Test
  void parse_noDigestAfterItsWord_isNothing() {
    assertThat(ModuleRef.parse("sha256:" + "0".repeat(63))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"mask.wasm", "acme/mask@1.2.0", "mask:latest"})
  void toString_isWhatIsParsed(String text) {
    assertThat(ModuleRef.parse(text).orElseThrow()).hasToString(text);
  }
}
