/** Before infusions of beta-lactams that are long or without end. */
export const LOADING =
  'Guilhaumou 2019; as in BLING III, Dulhunty JM et al., JAMA 2024;332:629-637, doi:10.1001/jama.2024.9779; amount and length not checked against print';
