package dev.leat.engine.chicory;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * A module's compiled form: the module without its bodies, and the rewritten classes.
 *
 * @param stripped what {@link ModuleStripper} leaves
 * @param declarationBytes what is held of the heap when that is read ({@link CompileNeed})
 * @param classFiles by class name
 */
record CompiledModule(byte[] stripped, long declarationBytes, Map<String, byte[]> classFiles) {
  /** Metaspace and compiled code take a few times what class files do. */
  private static final long LOADED_PER_STORED = 4;

  /** About what the module takes once it is loaded, without its instances. */
  long loadedBytes() {
    long classBytes = classFiles.values().stream().mapToLong(classFile -> classFile.length).sum();
    return LOADED_PER_STORED * (stripped.length + classBytes) + declarationBytes;
  }

  byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
      write(out, stripped);
      out.writeLong(declarationBytes);
      out.writeInt(classFiles.size());
      for (Map.Entry<String, byte[]> classFile : classFiles.entrySet()) {
        out.writeUTF(classFile.getKey());
        write(out, classFile.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory", e);
    }
    return bytes.toByteArray();
  }

  /**
   * @param encoded from {@link #encode}, its authenticity checked
   */
  static CompiledModule decode(byte[] encoded) {
    try (DataInputStream in =
        new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(encoded)))) {
      byte[] stripped = in.readNBytes(in.readInt());
      long declarationBytes = in.readLong();
      Map<String, byte[]> classFiles = new LinkedHashMap<>();
      for (int left = in.readInt(); left > 0; left--) {
        classFiles.put(in.readUTF(), in.readNBytes(in.readInt()));
      }
      return new CompiledModule(stripped, declarationBytes, classFiles);
    } catch (IOException e) {
      throw new UncheckedIOException("A compiled module is not of its format", e);
    }
  }

  private static void write(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }
}
