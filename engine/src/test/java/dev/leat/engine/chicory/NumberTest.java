package dev.leat.engine.chicory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.GuestInstance;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where Java's floats are not WebAssembly's: a signalling NaN must not come out of arithmetic. */
final class NumberTest {
  private static final long SIGNALLING_F32 = 0x7fa0_0000L;
  private static final long SIGNALLING_F64 = 0x7ff4_0000_0000_0000L;

  @ParameterizedTest
  @CsvSource({
    "f32, 0x91, 1",
    "f32, 0x8d, 1",
    "f32, 0x8e, 1",
    "f32, 0x8f, 1",
    "f32, 0x90, 1",
    "f32, 0x92, 2",
    "f32, 0x96, 2",
    "f32, 0x97, 2",
    "f64, 0x9f, 1",
    "f64, 0x9b, 1",
    "f64, 0x9c, 1",
    "f64, 0x9d, 1",
    "f64, 0x9e, 1",
    "f64, 0xa0, 2",
    "f64, 0xa4, 2",
    "f64, 0xa5, 2"
  })
  void operation_onASignallingNan_givesAQuietOne(String type, String opcode, int operands) {
    boolean isFloat = type.equals("f32");
    long signalling = isFloat ? SIGNALLING_F32 : SIGNALLING_F64;
    long one = isFloat ? Float.floatToRawIntBits(1) : Double.doubleToRawLongBits(1);
    String parameters = operands == 1 ? type : type + "," + type;
    WasmCode code = new WasmCode().localGet(0);
    if (operands == 2) {
      code.localGet(1);
    }
    GuestInstance guest =
        Guests.instance(
            new WasmBuilder()
                .memory(1)
                .export("f", "(" + parameters + ")->" + type, code.op(Integer.decode(opcode))));

    for (long[] given : new long[][] {{signalling, one}, {one, signalling}}) {
      if (operands == 1 && given[0] == one) {
        continue;
      }
      long result = Guests.call(guest, "f", operands == 1 ? new long[] {signalling} : given);
      long quiet = isFloat ? 0x7fc0_0000L : 0x7ff8_0000_0000_0000L;
      assertThat(result & quiet).as(opcode).isEqualTo(quiet);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "-0.0, 0.0, -0.0, 0.0",
    "0.0, -0.0, -0.0, 0.0",
    "1.5, -2.5, -2.5, 1.5",
    "-Infinity, Infinity, -Infinity, Infinity"
  })
  void minAndMax_ofNumbers_areThose(double a, double b, double min, double max) {
    GuestInstance guest =
        Guests.instance(
            new WasmBuilder()
                .memory(1)
                .export("min", "(f64,f64)->f64", new WasmCode().localGet(0).localGet(1).op(0xa4))
                .export("max", "(f64,f64)->f64", new WasmCode().localGet(0).localGet(1).op(0xa5)));
    long x = Double.doubleToRawLongBits(a);
    long y = Double.doubleToRawLongBits(b);

    assertThat(Guests.call(guest, "min", x, y)).isEqualTo(Double.doubleToRawLongBits(min));
    assertThat(Guests.call(guest, "max", x, y)).isEqualTo(Double.doubleToRawLongBits(max));
  }
}
