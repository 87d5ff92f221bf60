package dev.leat.engine.chicory;

import com.dylibso.chicory.runtime.Memory;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Rewrites a class that Chicory generated: each interruption check, which stands at every call and
 * back-edge, becomes a fuel tick on the memory. A tick's weight is the number of JVM instructions
 * between it and the tick before it in the method, so it depends on the module alone. A long
 * stretch before a return is charged there; a shorter one is covered by what a call costs its
 * caller.
 */
final class FuelPass {
  /** Changed whenever the rewritten code changes, since stored classes are kept under it. */
  static final int VERSION = 1;

  /** Added to the tick before a call, for the callee's frame and its uncharged end. */
  private static final int CALL_WEIGHT = 4;

  /** A return is charged from so many instructions on: a tick costs about three. */
  private static final int RETURN_WEIGHT_MIN = 16;

  private static final String MEMORY = Type.getInternalName(Memory.class);
  private static final String FUEL = Type.getInternalName(Fuel.class);
  private static final String TICK = "(L" + MEMORY + ";I)V";

  private FuelPass() {}

  static byte[] rewrite(byte[] classFile) {
    ClassReader reader = new ClassReader(classFile);
    ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String descriptor, String signature, String[] exceptions) {
            MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
            int memory = memorySlot(descriptor);
            return memory < 0 ? next : new TickingMethod(next, memory);
          }
        },
        0);
    return writer.toByteArray();
  }

  /** The binary name of a class, which Chicory's collector gives in either notation. */
  static String className(byte[] classFile) {
    return new ClassReader(classFile).getClassName().replace('/', '.');
  }

  /** The local variable of the last parameter of type Memory; -1 when there is none. */
  private static int memorySlot(String descriptor) {
    int slot = 0;
    int found = -1;
    for (Type argument : Type.getArgumentTypes(descriptor)) {
      if (argument.getSort() == Type.OBJECT && argument.getInternalName().equals(MEMORY)) {
        found = slot;
      }
      slot += argument.getSize();
    }
    return found;
  }

  private static final class TickingMethod extends MethodVisitor {
    private final int memorySlot;
    private int weight = 1;

    TickingMethod(MethodVisitor next, int memorySlot) {
      super(Opcodes.ASM9, next);
      this.memorySlot = memorySlot;
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      if (opcode == Opcodes.INVOKESTATIC && name.equals("checkInterruption")) {
        tick(weight + CALL_WEIGHT);
      } else {
        weight++;
        super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
      }
    }

    private void tick(int charged) {
      super.visitVarInsn(Opcodes.ALOAD, memorySlot);
      super.visitLdcInsn(charged);
      super.visitMethodInsn(Opcodes.INVOKESTATIC, FUEL, "tick", TICK, false);
      weight = 1;
    }

    @Override
    public void visitInsn(int opcode) {
      boolean isReturn = opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN;
      if (isReturn && weight >= RETURN_WEIGHT_MIN) {
        tick(weight);
      }
      weight++;
      super.visitInsn(opcode);
    }

    @Override
    public void visitIntInsn(int opcode, int operand) {
      weight++;
      super.visitIntInsn(opcode, operand);
    }

    @Override
    public void visitVarInsn(int opcode, int slot) {
      weight++;
      super.visitVarInsn(opcode, slot);
    }

    @Override
    public void visitLdcInsn(Object value) {
      weight++;
      super.visitLdcInsn(value);
    }

    @Override
    public void visitJumpInsn(int opcode, Label label) {
      weight++;
      super.visitJumpInsn(opcode, label);
    }

    @Override
    public void visitIincInsn(int slot, int by) {
      weight++;
      super.visitIincInsn(slot, by);
    }

    @Override
    public void visitTableSwitchInsn(int min, int max, Label orElse, Label... labels) {
      weight++;
      super.visitTableSwitchInsn(min, max, orElse, labels);
    }

    @Override
    public void visitLookupSwitchInsn(Label orElse, int[] keys, Label[] labels) {
      weight++;
      super.visitLookupSwitchInsn(orElse, keys, labels);
    }
  }
}
