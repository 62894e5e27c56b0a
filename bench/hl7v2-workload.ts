/** A laboratory report as ORU^R01 (2.5.1), with a control id of its own, of one of 500 patients: 1.9 kB with ten values. */
export function report(n: number, values = 10): Uint8Array {
  const names = [
    '2345-7^Glucose',
    '2951-2^Sodium',
    '2823-3^Potassium',
    '2075-0^Chloride',
    '3094-0^Urea',
    '2160-0^Creatinine',
  ];
  const lines = [
    `MSH|^~\\&|LAB|HOSP^1.2.3.4^ISO|GEMEL|HERE|20240131120000+0100||ORU^R01^ORU_R01|M${n}|P|2.5.1|||AL|NE||UNICODE UTF-8`,
    `PID|1||${n % 500}^^^HOSP&1.2.3&ISO^MR||Doe^Jane^Q||19700102|F|||1 Street^^Town^^12345^DE||^PRN^PH^^49^30^1234567`,
    `PV1|1|I|W^12^1^HOSP||||4^Care^Doctor^^^^MD|||||||||||V${n % 500}|||||||||||||||||||||||||20240130080000+0100`,
    `ORC|RE|P${n}|F${n}||CM||||20240131080000+0100|||4^Care^Doctor`,
    `OBR|1|P${n}|F${n}|24323-8^Comprehensive metabolic panel^LN|||20240131083000+0100|||||||||4^Care^Doctor||||||20240131113000+0100|||F`,
    ...Array.from({ length: values }, (_, i) => {
      const name = names[i % names.length]!;
      const value = (((n * 7 + i * 13) % 900) / 10).toFixed(1);
      return `OBX|${i + 1}|NM|${name}^LN|${i + 1}|${value}|mmol/L^^UCUM|3.5-5.5|N|||F|||20240131083000+0100||1234^Tech^Lab`;
    }),
  ];
  return new TextEncoder().encode(`${lines.join('\r')}\r`);
}
