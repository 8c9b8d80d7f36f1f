/** Minor units: the only form in which an amount is kept. Decimal prices are converted here, at the border. */

/**
 * Digits after the decimal point (ISO 4217 table A.1), as the engine has them. Not what `Intl` says: that tells how many
 * are usually written, which is none for the forint.
 */
export const exponent = (currency: string): number =>
  /BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|UYI|VND|VUV|XAF|XOF|XPF/.test(currency)
    ? 0
    : /BHD|IQD|JOD|KWD|LYD|OMR|TND/.test(currency)
      ? 3
      : /CLF|UYW/.test(currency)
        ? 4
        : 2;
