package dev.leat.engine.chicory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.ModuleDigest;
import dev.leat.contract.ModuleReport;
import dev.leat.contract.ModuleReport.Section;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.ModuleRefused;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told of a module. */
@Timeout(60)
final class ModuleSurveyTest {
  @Test
  void report_tellsAllThatIsThere() {
    byte[] module =
        new WasmBuilder()
            .importFunction("leat", "response_status", "(i32)->")
            .memory(1, 3)
            .table(2, 5)
            .export("allocate", "(i32)->i32", new WasmCode().i32Const(0))
            .export("handle", "(i32,i32)->i64", new WasmCode().i64Const(-1))
            .data(0, "hello")
            .passiveData(new byte[3])
            .custom("producers", new byte[] {1, 2})
            .build();

    ModuleReport report = report(module);

    assertThat(report.digest()).isEqualTo(ModuleDigest.of(module).toString());
    assertThat(report.size()).isEqualTo(module.length);
    assertThat(report.contracts()).containsExactly("handler");
    assertThat(report.imports())
        .containsExactly(new ModuleReport.Imported("leat", "response_status", "(i32)->"));
    assertThat(report.exports())
        .extracting(ModuleReport.Exported::name)
        .containsExactly("allocate", "handle");
    assertThat(report.memory()).isEqualTo(new ModuleReport.Memory(1, 3));
    assertThat(report.tables()).containsExactly(new ModuleReport.Table(2, 5));
    assertThat(report.functions()).isEqualTo(2);
    assertThat(report.data()).isEqualTo(new ModuleReport.Data(2, 8));
    assertThat(report.sections())
        .contains(new Section("producers", true, 12))
        .extracting(Section::name)
        .contains("type", "import", "function", "table", "memory", "export", "code", "data");
    assertThat(report.suspects()).isEmpty();
  }

  @Test
  void report_ofASample_namesTheFeaturesThatItsCompilerUsed() {
    assertThat(Guests.samples())
        .isNotEmpty()
        .allSatisfy(sample -> assertThat(report(sample).contracts()).isNotEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-----BEGIN EC PRIVATE KEY-----",
        "AKIAABCDEFGHIJKLMNOP",
        "ghp_0123456789abcdefghijklmnopqrstuvwxyz",
        "xoxb-1234567890",
        "https://user:secret@host/",
        "{\"d\": \"0123456789012345678901234567890123456789012\"}",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.AAAAAAAAAAAAAAAAAAAAAAAA"
      })
  void whatLooksLikeASecret_isTold_andNotRepeated(String secret) {
    byte[] module = withData("before " + secret + " after");

    ModuleReport report = report(module);

    assertThat(report.suspects()).hasSize(1);
    int offset = (int) report.suspects().getFirst().offset();
    assertThat(new String(module, offset, 4, StandardCharsets.ISO_8859_1))
        .isIn(secret.substring(0, 4), "\"d\":");
    assertThat(report.toString()).doesNotContain(secret);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"https://host/path", "AKIA", "-----BEGIN CERTIFICATE-----", "eyJ", "a:b@c", ""})
  void whatOnlyResemblesOne_isNotTold(String text) {
    assertThat(report(withData(text)).suspects()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"eyJ", "-----BEGIN ", "a://b:", "AKIA", "\"d\" :  "})
  void dataMadeToBeSlow_isLookedThroughAllTheSame(String repeated) {
    String data = repeated.repeat((8 << 20) / repeated.length());

    assertThat(report(withData(data)).suspects()).hasSizeLessThanOrEqualTo(SecretPatterns.TOLD_MAX);
  }

  @Test
  void noModule_isRefused() {
    assertThatThrownBy(() -> report(new byte[] {1, 2, 3})).isInstanceOf(ModuleRefused.class);
  }

  private static byte[] withData(String text) {
    return new WasmBuilder()
        .memory(200)
        .export("handle", "(i32,i32)->i64", new WasmCode().i64Const(-1))
        .data(0, text)
        .build();
  }

  private static ModuleReport report(byte[] module) {
    return new ChicoryEngine(ModuleLimits.DEFAULT).analyze(Guests.TENANT, module);
  }
}
