/** Small compressed images written and read by nibabel 5.4.2, with the affine and values it gives. */
export const NIBABEL: readonly {
  readonly name: string;
  readonly base64: string;
  readonly shape: readonly number[];
  /** Three rows of four, RAS+. */
  readonly affine: readonly number[];
  readonly values: readonly number[];
}[] = [
  {
    name: 'nifti-1, big-endian, int16, qform alone, left-handed',
    base64:
      'H4sIAAAAAAACA2NgYIxhIAYwAyETEDJCISpgYRBgYNjfwMBgf4CBwQEo4AAk7BtQsfMGCA0FXAwDDYC+sN3l6rBP1l7C7oql+cEFDAxObEC3P6Dc6DxtQzD9j+dfwb8r/y3+zwFyUhhOMOowTmD8whQBAFEJpUZ4AQAA',
    shape: [3, 2, 2],
    affine: [
      0.913828762118297, -1.5354250115635357, 0.5960080119410106, -20.0, 1.0677683151702968, 1.27967291389103,
      0.8688884138623518, 33.5, 0.5242020780612442, 0.07005189018689441, -2.808880092484884, 7.0,
    ],
    values: [-500.0, -400.0, -300.0, -200.0, -100.0, 0.0, 100.0, 200.0, 300.0, 400.0, 500.0, 600.0],
  },
  {
    name: 'nifti-2, float32, sheared sform alone, four axes',
    base64:
      'H4sIAAAAAAACA5NhYmDI0zZi4OWS4hJgUGBgYYAAJijNjMaH0Yw4aPzggz2U4TD9Q/qdS7oMDg9eamlIsLA4QIRhNEwdglZgwmrOoAYgJ19paRb2MLmw/8LFvaEPHqy3t00X3DXbaqU9enhAKA6HfRNep80w+W9/obtE2yVw1/7yn3Fas7POwtXzfI8z/Op/wV5aK+doRMEf+9ivFpN+VXyBm3Pqyv/ILXrX95/eN0nfadO7/W+PqiTJSDHCzQeRXCT6Q9VTyE7Vc5Ld9tzbQFrIPu+2mf323GignQ32QHF7z0lLgGLb7CepnASK37a/ve0tyD0Ok1Q4HYDqHbbnSjt4TlJxuL1N1wGoF+gGB6CcJ1AuyAEAv6ER64ACAAA=',
    shape: [2, 3, 2, 2],
    affine: [
      1.950340654403632, -0.102802525147623, 0.229815860451662, 1.0, 0.2548802358759168, 1.7774284087960328,
      1.2795358383003397, 2.0, -0.36222561635015593, -0.9592600754894759, 2.1377494494888567, 3.0,
    ],
    values: [
      0.0, 0.1428571492433548, 0.2857142984867096, 0.4285714328289032, 0.5714285969734192, 0.7142857313156128,
      0.8571428656578064, 1.0, 1.1428571939468384, 1.2857142686843872, 1.4285714626312256, 1.5714285373687744,
      1.7142857313156128, 1.8571428060531616, 2.0, 2.142857074737549, 2.2857143878936768, 2.4285714626312256,
      2.5714285373687744, 2.7142856121063232, 2.857142925262451, 3.0, 3.142857074737549, 3.2857143878936768,
    ],
  },
  {
    name: 'scaled uint16, forms that disagree',
    base64:
      'H4sIAAAAAAACA4thZCAKMDMwgSEjFKIBJgEw1WCPH29wBioCsY+A9DAMMGBkYMEj27AfwV7ggCp2wAFJHdA/DxzQdedpG8JtYQKGHgsDKwMbAzsDADB3HiZwAQAA',
    shape: [2, 2, 2],
    affine: [-1.0, 0.0, 0.0, 5.0, 0.0, -1.0, 0.0, 6.0, 0.0, 0.0, 1.0, 7.0],
    values: [-1024.0, -1023.5, -1023.0, -1022.5, -1022.0, -1021.5, -1021.0, -1020.5],
  },
  {
    name: 'int64, half a turn by the qform',
    base64: 'H4sIAAAAAAACA4thZCAKMDMwASEjHKIBFgcw1WCPhB3Q+EC8wRlCgwETwwADRribGRqgmGogT9sQi10ITzNDaQCkv6NcgAEAAA==',
    shape: [2, 2, 1],
    affine: [1.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0, -4.0, 0.0],
    values: [0.0, 1.0, 2.0, 3.0],
  },
];
